{{- /* What the schema cannot say. Every fault at once. */ -}}
{{- define "costs.check" -}}
{{- $faults := list }}
{{- with .Values }}
{{- if regexMatch "^(https?://)?quay\\.io/2i2c(/|$)" (lower .image.repository) }}
{{- $faults = append $faults (printf "image.repository: %s is 2i2c's image, which would start their service. Remove `image` from your values, or name your own build" .image.repository) }}
{{- end }}
{{- if contains ":" (base .image.repository) }}
{{- $faults = append $faults (printf "image.repository: %s has a tag; set image.tag" .image.repository) }}
{{- end }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" (include "costs.name" $)) }}
{{- $faults = append $faults (printf "fullnameOverride: is null, so the Service would be called %s, which it cannot be; set it" (include "costs.name" $)) }}
{{- end }}
{{- if and .prometheusAuth.enabled (not (and .prometheusAuth.username .prometheusAuth.password)) }}
{{- $faults = append $faults "prometheusAuth: enabled needs username and password" }}
{{- end }}
{{- if and .prometheusAuth.username (not .prometheusAuth.password) }}
{{- $faults = append $faults "prometheusAuth.password: is required with username" }}
{{- end }}
{{- if and .database.embedded.enabled (or .database.url .database.existingSecret .database.api.url .database.api.existingSecret .database.sync.url .database.sync.existingSecret .database.owner.url .database.owner.existingSecret) }}
{{- $faults = append $faults "database.embedded: contradicts the other database that database names; set one" }}
{{- end }}
{{- if and .database.caBundle .database.existingCaConfigMap }}
{{- $faults = append $faults "database.caBundle: contradicts existingCaConfigMap; set one" }}
{{- end }}
{{- /* Not in the schema, whose messages quote what they refuse: it may hold a password. */}}
{{- if not (regexMatch "^[A-Za-z0-9._~-]*$" (default "" .database.embedded.password)) }}
{{- $faults = append $faults "database.embedded.password: must be letters, digits or . _ ~ -, since it stands in a URL" }}
{{- end }}
{{- range $path, $url := dict "prometheus.url" .prometheus.url "alerts.webhook.url" .alerts.webhook.url }}
{{- if not (regexMatch "^(https?://.+)?$" (default "" $url)) }}
{{- $faults = append $faults (printf "%s: must be a URL such as https://host/path" $path) }}
{{- end }}
{{- end }}
{{- range $index, $token := .access.tokens }}
{{- if not (regexMatch "^sha256:[0-9a-f]{64}$" $token.hash) }}
{{- $faults = append $faults (printf "access.tokens.%d.hash: must be sha256: and 64 hexadecimal digits, as npm run token prints it" $index) }}
{{- end }}
{{- end }}
{{- range $path, $both := dict "database" .database "database.api" .database.api "database.sync" .database.sync "database.owner" .database.owner }}
{{- if not (regexMatch "^(postgres(ql)?://[^\\s]+)?$" (default "" $both.url)) }}
{{- $faults = append $faults (printf "%s.url: must be a URL such as postgres://user:password@host:5432/costs" $path) }}
{{- end }}
{{- if and $both.url $both.existingSecret }}
{{- $faults = append $faults (printf "%s.url: contradicts existingSecret; set one" $path) }}
{{- end }}
{{- end }}
{{- if and .access.tokens .access.existingTokensSecret }}
{{- $faults = append $faults "access.tokens: contradicts existingTokensSecret; set one" }}
{{- end }}
{{- if and .access.hubs .access.existingHubsSecret }}
{{- $faults = append $faults "access.hubs: contradicts existingHubsSecret; set one" }}
{{- end }}
{{- if and .access.hubs (not .access.sessionKey) }}
{{- $faults = append $faults "access.sessionKey: is required with hubs: openssl rand -base64 32" }}
{{- end }}
{{- if gt (int .api.autoscaling.minReplicas) (int .api.autoscaling.maxReplicas) }}
{{- $faults = append $faults "api.autoscaling.minReplicas: is more than maxReplicas" }}
{{- end }}
{{- with .alerts.webhook }}
{{- if and .existingSecret (or .url .secret) }}
{{- $faults = append $faults "alerts.webhook.url and secret: contradict existingSecret; set one" }}
{{- else if ne (empty .url) (empty .secret) }}
{{- $faults = append $faults "alerts.webhook: url and secret need each other" }}
{{- end }}
{{- end }}
{{- end }}
{{- $faults = concat $faults (include "costs.missing" . | fromYamlArray) }}
{{- if $faults }}
{{- fail (printf "the values are not usable:\n  - %s" (join "\n  - " $faults)) }}
{{- end }}
{{- end }}

{{- /*
What an installation needs, and a rendering does not: only asked where a cluster answers. Without it the pods would wait, and
Helm would say no more than that it timed out.
*/ -}}
{{- define "costs.missing" -}}
{{- $faults := list }}
{{- $variables := list }}
{{- range .Values.extraEnv }}{{ $variables = append $variables .name }}{{ end }}
{{- if lookup "v1" "ServiceAccount" .Release.Namespace "default" }}
{{- if not (or .Values.clusterName (has "CLUSTER_NAME" $variables)) }}
{{- $faults = append $faults "clusterName: is required: the name of the cluster, as in its cost allocation tags" }}
{{- end }}
{{- $database := include "costs.database" (list . "owner") | fromYaml }}
{{- if and $database.assumed (not (has "DATABASE_URL" $variables)) (not (lookup "v1" "Secret" .Release.Namespace $database.secret)) }}
{{- $faults = append $faults (printf "database: name one: database.url, database.existingSecret or, to try it out, database.embedded.enabled; or make the Secret %s with the key %s" $database.secret $database.key) }}
{{- end }}
{{- range include "costs.keys" . | fromYamlArray }}
{{- $secret := lookup "v1" "Secret" $.Release.Namespace .secret }}
{{- if and $secret (not (hasKey (default dict $secret.data) .key)) }}
{{- $faults = append $faults (printf "%s: the Secret %s has no key %s; it has: %s" .value .secret .key (keys (default dict $secret.data) | sortAlpha | join ", ")) }}
{{- end }}
{{- end }}
{{- with .Values.database.embedded }}
{{- $made := dig "data" "owner-password" "" (lookup "v1" "Secret" $.Release.Namespace (include "costs.nameOf" (list $ "postgres"))) | b64dec }}
{{- if and .enabled .password $made (ne .password $made) }}
{{- $faults = append $faults "database.embedded.password: the database was made with another one, and keeps it; remove the value" }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $faults }}
{{- end }}

{{- /* The keys that Secrets of others must have: value that names the Secret or the key, secret, key. */ -}}
{{- define "costs.keys" -}}
{{- $keys := list }}
{{- $variables := list }}
{{- range .Values.extraEnv }}{{ $variables = append $variables .name }}{{ end }}
{{- if not (or .Values.database.embedded.enabled (has "DATABASE_URL" $variables)) }}
{{- range .Values.migration.enabled | ternary (list "api" "sync" "owner") (list "api" "sync") }}
{{- $from := include "costs.database" (list $ .) | fromYaml }}
{{- if not $from.inline }}{{ $keys = append $keys (dict "value" (printf "database.%s.key" .) "secret" $from.secret "key" $from.key) }}{{ end }}
{{- end }}
{{- end }}
{{- with .Values.access }}
{{- with .existingTokensSecret }}{{ $keys = append $keys (dict "value" "access.existingTokensSecret" "secret" . "key" "tokens.json") }}{{ end }}
{{- with .existingHubsSecret }}
{{- range list "hubs.json" "session-key" }}{{ $keys = append $keys (dict "value" "access.existingHubsSecret" "secret" $.Values.access.existingHubsSecret "key" .) }}{{ end }}
{{- end }}
{{- end }}
{{- with .Values.alerts.webhook.existingSecret }}
{{- range list "url" "secret" }}{{ $keys = append $keys (dict "value" "alerts.webhook.existingSecret" "secret" $.Values.alerts.webhook.existingSecret "key" .) }}{{ end }}
{{- end }}
{{- toYaml $keys }}
{{- end }}
