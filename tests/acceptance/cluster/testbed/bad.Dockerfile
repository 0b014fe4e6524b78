# predict with a fault that its own checks at the start do not see: what it answers is a tenth too high.
ARG PREDICT
# hadolint ignore=DL3006 # the image that the test built
FROM ${PREDICT}
USER 0
COPY tests/acceptance/cluster/testbed/fault.py /tmp/
RUN python /tmp/fault.py /app
USER 10001:10001
