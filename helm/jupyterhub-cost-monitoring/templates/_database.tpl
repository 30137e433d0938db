{{- /* Where the URL of a part is: list of root and api, sync or owner. `inline`, the URL; or `secret` and `key`. */ -}}
{{- define "costs.database" -}}
{{- $root := first . }}
{{- $part := last . }}
{{- $all := $root.Values.database }}
{{- $own := index $all $part }}
{{- $inline := and (eq $part "owner") (not $all.embedded.enabled) | ternary (include "costs.nameOf" (list $root "migrate")) (include "costs.name" $root) }}
{{- if $own.url }}
{{- dict "inline" $own.url "secret" $inline "key" $part | toYaml }}
{{- else if or $own.existingSecret (and $own.key $all.existingSecret) }}
{{- dict "secret" (default $all.existingSecret $own.existingSecret) "key" (default $all.key $own.key) | toYaml }}
{{- else if $all.url }}
{{- dict "inline" $all.url "secret" $inline "key" $part | toYaml }}
{{- else if $all.existingSecret }}
{{- dict "secret" $all.existingSecret "key" $all.key | toYaml }}
{{- else if $all.embedded.enabled }}
{{- dict "secret" (include "costs.nameOf" (list $root "postgres")) "key" $part | toYaml }}
{{- else }}
{{- dict "secret" (include "costs.nameOf" (list $root "database")) "key" (default $all.key $own.key) "assumed" true | toYaml }}
{{- end }}
{{- end }}

{{- define "costs.databaseVariable" -}}
{{- $from := include "costs.database" . | fromYaml -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ $from.secret }}
      key: {{ $from.key }}
{{- end }}
