{{- /* As in 2i2c's chart: an empty fullnameOverride is a name that does not depend on the release, null is one that does. */ -}}
{{- define "costs.name" -}}
{{- $override := .Values.fullnameOverride }}
{{- if $override }}{{ $override }}
{{- else if kindIs "string" $override }}jupyterhub-cost-monitoring
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* The name of a part, 63 characters at most: list of root and part. */ -}}
{{- define "costs.nameOf" -}}
{{- $part := last . }}
{{- printf "%s-%s" (include "costs.name" (first .) | trunc (int (sub 62 (len $part))) | trimSuffix "-") $part }}
{{- end }}

{{- define "costs.serviceAccountName" -}}
{{- with .Values.serviceAccount }}
{{- if .name }}{{ .name }}{{ else if .create }}{{ include "costs.name" $ }}{{ end }}
{{- end }}
{{- end }}

{{- /* What selects the pods of a part: list of root and part. */ -}}
{{- define "costs.selector" -}}
{{- $root := first . -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{- define "costs.labels" -}}
{{- $root := first . -}}
{{ include "costs.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* Name and labels of an object: list of root, name, part. */ -}}
{{- define "costs.metadata" -}}
name: {{ index . 1 }}
namespace: {{ (first .).Release.Namespace }}
labels:
  {{- include "costs.labels" (list (first .) (last .)) | nindent 2 }}
{{- end }}

{{- /* What makes an object part of the hook that migrates: the weight. Gone after it, but for a Job that failed. */ -}}
{{- define "costs.migrationHook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ quote . }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
