{{- /* Volumes of files. Each is mounted at /etc/costs/ and its name. */ -}}
{{- define "costs.volumeMounts" -}}
{{- range . }}
- name: {{ .name }}
  mountPath: /etc/costs/{{ .name }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "costs.apiFiles" -}}
{{- $own := include "costs.name" . }}
{{- with .Values.access }}
{{- if or .tokens .existingTokensSecret }}
- name: tokens
  secret:
    secretName: {{ .existingTokensSecret | default $own }}
    items: [{key: tokens.json, path: tokens.json}]
{{- end }}
{{- if or .hubs .existingHubsSecret }}
- name: hubs
  secret:
    secretName: {{ .existingHubsSecret | default $own }}
    items: [{key: hubs.json, path: hubs.json}]
{{- end }}
{{- end }}
{{ include "costs.caFile" (list . $own) }}
{{- end }}

{{- define "costs.syncFiles" -}}
{{- if or .Values.attribution .Values.budgets }}
- name: files
  configMap:
    name: {{ include "costs.nameOf" (list . "sync") }}
{{- end }}
{{ include "costs.caFile" (list . (include "costs.name" .)) }}
{{- end }}

{{- /* The database's certificates, if any: list of root and the Secret that has a bundle of values. */ -}}
{{- define "costs.caFile" -}}
{{- $database := (first .).Values.database }}
{{- if $database.existingCaConfigMap }}
- name: ca
  configMap:
    name: {{ $database.existingCaConfigMap }}
{{- else if $database.caBundle }}
- name: ca
  secret:
    secretName: {{ last . }}
    items: [{key: ca.pem, path: ca.pem}]
{{- end }}
{{- end }}
