{{/* Metadata of an Application in a wave. The finalizer makes a deletion wait until what it installed is gone. */}}
{{- define "platform.metadata" -}}
namespace: argocd
annotations:
  argocd.argoproj.io/sync-wave: {{ . | quote }}
finalizers:
  - resources-finalizer.argocd.argoproj.io
{{- end }}

{{/* Git decides: what git no longer holds is removed, what was changed by hand is put back. A sync is tried without
limit: it may wait for a person (a secret, a first deployment), and Argo CD never tries a commit again that it has given
up. Each try takes the newest commit, or the first deployment would wait behind the placeholders. */}}
{{- define "platform.syncPolicy" -}}
automated: {prune: true, selfHeal: true}
retry:
  limit: -1
  refresh: true
  backoff: {duration: 30s, factor: 2, maxDuration: 5m}
syncOptions:
  {{- range . }}
  - {{ . }}
  {{- end }}
{{- end }}

{{/* Source in this repository, at the revision that the cluster follows. */}}
{{- define "platform.repository" -}}
repoURL: {{ .Values.repo_url }}
targetRevision: {{ .Values.revision | quote }}
{{- end }}
