{{- define "mcpgw.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "mcpgw.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "mcpgw.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "mcpgw.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "mcpgw.selector" -}}
app.kubernetes.io/name: {{ include "mcpgw.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "mcpgw.labels" -}}
{{ include "mcpgw.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "mcpgw.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "mcpgw.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "mcpgw.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* What cannot work is said before anything is installed. */}}
{{- define "mcpgw.check" -}}
{{- $config := .Values.config -}}
{{- if not .Values.secrets.existingSecret -}}
{{- fail "secrets.existingSecret: name the Secret that you made (see NOTES and docs/deployment.md)" -}}
{{- end -}}
{{- if and (eq (default "disabled" $config.AUTH_MODE) "jwks") (not (or $config.JWKS_URL $config.JWKS_LOCAL_PATH)) -}}
{{- fail "config.JWKS_URL: AUTH_MODE=jwks needs to know where the issuer's keys are" -}}
{{- end -}}
{{- if and (eq (default "disabled" $config.AUTH_MODE) "hs256") (not .Values.secrets.keys.JWT_SECRET) -}}
{{- fail "secrets.keys.JWT_SECRET: AUTH_MODE=hs256 needs the secret that is shared with the issuer" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.host: name the host" -}}
{{- end -}}
{{- end -}}

{{/* The environment of the gateway and of its job. */}}
{{- define "mcpgw.env" -}}
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
- name: ALLOWED_HOSTS
  {{- $name := include "mcpgw.fullname" . }}
  {{- $own := list "$(POD_IP)" $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) }}
  {{- if .Values.ingress.enabled }}
  {{- $own = append $own .Values.ingress.host }}
  {{- end }}
  value: {{ concat $own .Values.allowedHosts | join "," | quote }}
{{- range $key, $file := .Values.secrets.keys }}
- name: {{ $key }}_FILE
  value: {{ printf "/secrets/%s" $file | quote }}
{{- end }}
{{- with .Values.secrets.masterKey }}
- name: QE_LOCAL_MASTER_KEY_FILE
  value: {{ printf "/secrets/%s" . | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "mcpgw.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "mcpgw.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "mcpgw.volumes" -}}
- name: secrets
  # 0440: a master key that everybody may read is refused.
  secret: { secretName: {{ .Values.secrets.existingSecret | quote }}, defaultMode: 288 }
- name: data
  emptyDir: { sizeLimit: {{ .Values.spool.sizeLimit }} }
- name: tmp
  emptyDir: { medium: Memory, sizeLimit: 16Mi }
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "mcpgw.mounts" -}}
- { name: secrets, mountPath: /secrets, readOnly: true }
- { name: data, mountPath: /data }
- { name: tmp, mountPath: /tmp }
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
