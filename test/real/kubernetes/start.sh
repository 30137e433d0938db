#!/bin/bash
# Builds a Kubernetes API server (1.34), etcd, kubectl and Helm from their Go modules, once, into the user's cache folder: about
# ten minutes on two cores. Then starts the API server on 127.0.0.1, without kubelets and controllers.
# The last line on standard output is `KUBECONFIG FOLDER PID PID`: the folder has the programs, the process ids are what to end.
# usage: start.sh [PORT]     (default 24843; etcd listens on the two ports behind it). With `--build` it only builds.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/real-kubernetes
helm=v3.22.0
kubernetes=1.34.1
operator=v0.85.0
mkdir -p "$cache"

version="-s -w -X k8s.io/component-base/version.gitVersion=v$kubernetes -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34"
[ -x "$cache/helm" ] || GOBIN=$cache GOFLAGS=-mod=mod go install -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@$helm" >&2
for program in etcd kubectl kube-apiserver; do
  [ -x "$cache/$program" ] || (cd "$here" && go build -trimpath -ldflags "$version" -o "$cache/$program" "./$program") >&2
done
# The definitions of ServiceMonitor and PrometheusRule.
if [ ! -d "$cache/crds" ]; then
  module=$(go mod download -json "github.com/prometheus-operator/prometheus-operator@$operator" | sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p')
  [ -n "$module" ]
  mkdir -p "$cache/crds.new"
  cp "$module"/example/prometheus-operator-crd/monitoring.coreos.com_{servicemonitors,prometheusrules}.yaml "$cache/crds.new/"
  mv "$cache/crds.new" "$cache/crds"
fi
[ "${1:-}" != --build ] || exit 0

port=${1:-24843}
run=$(mktemp -d)
cd "$run"
openssl genrsa -out sa.key 2048 2>/dev/null
openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
token=$(openssl rand -hex 16)
echo "$token,admin,admin,system:masters" >tokens.csv
"$cache/etcd" --data-dir "$run/etcd" \
  --listen-client-urls "http://127.0.0.1:$((port + 1))" --advertise-client-urls "http://127.0.0.1:$((port + 1))" \
  --listen-peer-urls "http://127.0.0.1:$((port + 2))" --initial-advertise-peer-urls "http://127.0.0.1:$((port + 2))" \
  --initial-cluster "default=http://127.0.0.1:$((port + 2))" >etcd.log 2>&1 &
etcd_pid=$!
"$cache/kube-apiserver" --etcd-servers="http://127.0.0.1:$((port + 1))" --secure-port="$port" --bind-address=127.0.0.1 \
  --cert-dir="$run/certs" --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=sa.pub \
  --service-account-signing-key-file=sa.key --token-auth-file=tokens.csv --authorization-mode=RBAC \
  --service-cluster-ip-range=10.0.0.0/24 --disable-admission-plugins=ServiceAccount >api.log 2>&1 &
api_pid=$!
cat >kubeconfig <<E2
apiVersion: v1
kind: Config
clusters: [{name: real, cluster: {server: "https://127.0.0.1:$port", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: "$token"}}]
contexts: [{name: real, context: {cluster: real, user: admin, namespace: default}}]
current-context: real
E2
ready() { [ "$(curl -sk -H "Authorization: Bearer $token" "https://127.0.0.1:$port/readyz" || true)" = ok ]; }
for _ in $(seq 120); do
  ready && break
  sleep 1
done
ready || { tail -5 api.log etcd.log >&2; kill "$api_pid" "$etcd_pid"; exit 1; }
echo "$run/kubeconfig $cache $api_pid $etcd_pid"
