{{- /* The variables that the chart sets. test/helm holds their names against the list of libs/config. */ -}}
{{- define "costs.apiVariables" -}}
- name: NODE_ENV
  value: production
- name: PORT
  value: '8080'
- name: METRICS_PORT
  value: '9090'
{{ include "costs.databaseVariable" (list . "api") }}
- name: DATABASE_POOL_SIZE
  value: {{ .Values.api.databasePoolSize | quote }}
{{- with .Values.clusterName }}
- name: CLUSTER_NAME
  value: {{ quote . }}
{{- end }}
{{- with .Values.basePath }}
- name: BASE_PATH
  value: {{ quote . }}
{{- end }}
{{- with .Values.access }}
{{- if or .tokens .existingTokensSecret }}
- name: API_TOKENS_FILE
  value: /etc/costs/tokens/tokens.json
{{- end }}
{{- if or .hubs .existingHubsSecret }}
- name: HUBS_FILE
  value: /etc/costs/hubs/hubs.json
- name: SESSION_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .existingHubsSecret | default (include "costs.name" $) }}
      key: session-key
{{- end }}
{{- end }}
{{- end }}

{{- define "costs.syncVariables" -}}
- name: NODE_ENV
  value: production
{{ include "costs.databaseVariable" (list . "sync") }}
{{- with .Values.clusterName }}
- name: CLUSTER_NAME
  value: {{ quote . }}
{{- end }}
{{- with .Values.prometheus.url }}
- name: PROMETHEUS_URL
  value: {{ quote . }}
{{- end }}
{{- if .Values.prometheusAuth.username }}
{{- range $variable, $key := dict "PROMETHEUS_USERNAME" "username" "PROMETHEUS_PASSWORD" "password" }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ include "costs.name" $ }}
      key: {{ $key }}
{{- end }}
{{- end }}
{{- if .Values.attribution }}
- name: ATTRIBUTION_FILE
  value: /etc/costs/files/attribution.json
{{- end }}
{{- if .Values.budgets }}
- name: BUDGETS_FILE
  value: /etc/costs/files/budgets.json
{{- end }}
{{- with .Values.alerts.webhook }}
{{- if or .url .existingSecret }}
- name: ALERT_WEBHOOK_URL
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret | default (include "costs.name" $) }}
      key: {{ empty .existingSecret | ternary "webhook-url" "url" }}
- name: ALERT_WEBHOOK_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret | default (include "costs.name" $) }}
      key: {{ empty .existingSecret | ternary "webhook-secret" "secret" }}
{{- end }}
{{- end }}
{{- range $variable, $value := .Values.sync.env }}
- name: {{ $variable }}
  value: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}
{{- end }}
{{- end }}
