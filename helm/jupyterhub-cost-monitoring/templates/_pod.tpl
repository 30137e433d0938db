{{- define "costs.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- /* The variables of a container: the chart's own, as YAML, without those that extraEnv sets; then extraEnv. */ -}}
{{- define "costs.env" -}}
{{- $extra := list }}
{{- with .root.Values.extraEnv }}
{{- $extra = tpl (toYaml .) $.root | fromYamlArray }}
{{- end }}
{{- $names := list }}
{{- range $extra }}
{{- if not (kindIs "map" .) }}{{ fail (printf "extraEnv: is no list of variables: %v" .) }}{{ end }}
{{- if has .name (list "PORT" "METRICS_PORT") }}{{ fail (printf "extraEnv: %s is fixed by this chart: probes, Service and NetworkPolicy use it" .name) }}{{ end }}
{{- if has .name $names }}{{ fail (printf "extraEnv: %s is there twice" .name) }}{{ end }}
{{- $names = append $names .name }}
{{- end }}
{{- $env := list }}
{{- range .own | fromYamlArray }}
{{- if not (has .name $names) }}{{ $env = append $env . }}{{ end }}
{{- end }}
{{- concat $env $extra | toYaml }}
{{- end }}

{{- /* What every container of the image has: dict of root and settings (resources, securityContext). */ -}}
{{- define "costs.container" -}}
image: {{ include "costs.image" .root | quote }}
{{- with .root.Values.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- with .settings.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* What every pod of the image has: dict of root and settings (podSecurityContext, nodeSelector, affinity, tolerations). */ -}}
{{- define "costs.pod" -}}
# The token for AWS is another one, which EKS mounts by itself.
automountServiceAccountToken: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* For pods of PostgreSQL's image, whose user is 999. */ -}}
{{- define "costs.postgresSecurityContext" -}}
runAsUser: 999
runAsGroup: 999
runAsNonRoot: true
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}
