{{- define "berth.name" -}}
{{- if contains "berth" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-berth" (.Release.Name | trunc 46 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "berth.selector" -}}
app.kubernetes.io/name: berth
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "berth.labels" -}}
{{ include "berth.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "berth.clustered" -}}
{{- if gt (int .Values.replicas) 1 }}true{{ end }}
{{- end }}

{{/* The settings that follow from the values; those of the value settings win. */}}
{{- define "berth.settings" -}}
{{- $settings := dict
  "node" (dict "drainTimeout" (printf "%ds" (int .Values.drainSeconds)))
  "engine" (dict "kind" "docker")
  "docker" (dict "host" (printf "unix://%s" .Values.engine.socket))
  "worker" (dict "socketRoot" .Values.engine.sockets "socketTmpfs" "off")
}}
{{- if .Values.tls.secret }}
{{- $tls := dict "certificate" "/etc/berth/tls/tls.crt" "key" "/etc/berth/tls/tls.key" }}
{{- if .Values.tls.clientAuthority }}
{{- $_ := set $tls "clientAuthority" "/etc/berth/tls/ca.crt" }}
{{- end }}
{{- $_ := set $settings "grpc" (dict "tls" $tls) }}
{{- end }}
{{- if include "berth.clustered" . }}
{{- if not (or .Values.cluster.tlsSecret (dig "cluster" "insecure" false .Values.settings)) }}
{{- fail "cluster.tlsSecret is needed for more than one replica: whoever reaches the bus between nodes rules every node" }}
{{- end }}
{{- $cluster := dict "enabled" true "name" .Release.Name "host" "0.0.0.0" "memberPort" 5701 "busPort" 9192
  "dns" (printf "%s-nodes.%s.svc" (include "berth.name" .) .Release.Namespace) "leastMembers" (int .Values.cluster.leastMembers) }}
{{- if .Values.cluster.tlsSecret }}
{{- $_ := set $cluster "tls" (dict "certificate" "/etc/berth/cluster/tls.crt" "key" "/etc/berth/cluster/tls.key" "authority" "/etc/berth/cluster/ca.crt") }}
{{- end }}
{{- $_ := set $settings "cluster" $cluster }}
{{- end }}
{{- if .Values.http.tokenSecret }}
{{- $_ := set $settings "http" (dict "host" "0.0.0.0" "port" 9191 "readTokenFile" "/etc/berth/tokens/read" "operatorTokenFile" "/etc/berth/tokens/operator") }}
{{- end }}
{{- toYaml (mergeOverwrite $settings .Values.settings) }}
{{- end }}
