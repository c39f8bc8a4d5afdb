# syntax=docker/dockerfile:1

# The image holds one static program, the certificates of the public web and an empty folder, and no shell. Time zones are
# in the program. It runs as a user without a name, and nothing but /data is ever written: start it with --read-only.

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags "-s -w" -o /out/greenroom ./cmd/greenroom
RUN mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/greenroom /greenroom
COPY --from=build --chown=65532:65532 --chmod=700 /out/data /data
USER 65532:65532
ENV GREENROOM_DATA=/data
VOLUME /data
# Only where Slack or Discord reaches Greenroom over HTTP, with GREENROOM_HOOKS=:8081. Socket Mode and the gateway need no port.
EXPOSE 8081
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["/greenroom", "health"]
ENTRYPOINT ["/greenroom"]
CMD ["serve"]
