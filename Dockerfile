# syntax=docker/dockerfile:1
#
#   docker build --target cpu  -t tandem:cpu  .     (the default)
#   docker build --target cuda -t tandem:cuda .     (NVIDIA GPU, CUDA 12.8, x86_64 only)

# ---- build: the jar, taken apart -------------------------------------------------------------------------------
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
RUN apt-get update \
 && apt-get install --yes --no-install-recommends unzip \
 && rm -rf /var/lib/apt/lists/*
COPY .mvn .mvn
COPY pom.xml .
COPY src src
RUN --mount=type=cache,target=/root/.m2 mvn -B -q -DskipTests -Dspotless.check.skip=true package
# A worker starts faster from a plain class path than from jars within a jar.
RUN java -Djarmode=tools -jar target/tandem.jar extract --destination /app
# libtorch and DJL's bridge to it, side by side where DJL looks first, so that nothing is unpacked at run time.
RUN mkdir -p /opt/libtorch/lib \
 && unzip -q -j /app/lib/pytorch-native-cpu-*.jar 'pytorch/cpu/*/*' -d /opt/libtorch/lib \
 && unzip -q -j /app/lib/pytorch-jni-*.jar "jnilib/linux-$(uname -m)/cpu/libdjl_torch.so" -d /opt/libtorch/lib

# ---- libtorch for CUDA -----------------------------------------------------------------------------------------
FROM build AS libtorch-cuda
ARG LIBTORCH_VERSION=2.7.1
ARG LIBTORCH_URL=https://download.pytorch.org/libtorch/cu128/libtorch-cxx11-abi-shared-with-deps-${LIBTORCH_VERSION}%2Bcu128.zip
RUN curl -fsSL -o /tmp/libtorch.zip "$LIBTORCH_URL" \
 && rm -rf /opt/libtorch \
 && unzip -q /tmp/libtorch.zip 'libtorch/lib/*.so*' -d /opt \
 && rm /tmp/libtorch.zip \
 && unzip -q -j /app/lib/pytorch-jni-*.jar jnilib/linux-x86_64/cu128/libdjl_torch.so -d /opt/libtorch/lib \
 && rm /app/lib/pytorch-native-cpu-*.jar

# ---- run on a GPU ----------------------------------------------------------------------------------------------
FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04 AS cuda
COPY --from=eclipse-temurin:25-jre /opt/java/openjdk /opt/java/openjdk
COPY --from=libtorch-cuda /opt/libtorch /opt/libtorch
COPY --from=libtorch-cuda /app /app
ENV JAVA_HOME=/opt/java/openjdk \
    PATH=/opt/java/openjdk/bin:$PATH \
    PYTORCH_FLAVOR=cu128 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates curl tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /var/lib/tandem --create-home tandem
# Every address of the container, since a published port comes in from outside. So the server starts only with security
# configured: give it TANDEM_SECURITY_BOOTSTRAP_KEY, as docker-compose.yml does.
ENV PYTORCH_VERSION=2.7.1 \
    PYTORCH_LIBRARY_PATH=/opt/libtorch/lib \
    DJL_OFFLINE=true \
    DJL_CACHE_DIR=/var/lib/tandem/djl \
    SERVER_ADDRESS=0.0.0.0 \
    TANDEM_HOME=/var/lib/tandem
USER tandem
WORKDIR /var/lib/tandem
VOLUME /var/lib/tandem
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 \
    CMD curl -fsS http://127.0.0.1:8080/actuator/health/readiness || exit 1
# tini adopts what workers and PostgreSQL leave behind.
ENTRYPOINT ["/usr/bin/tini", "--", "java", "-jar", "/app/tandem.jar"]

# ---- run on a CPU (last, so it is what a plain `docker build .` makes) -------------------------------------------
FROM eclipse-temurin:25-jre AS cpu
COPY --from=build /opt/libtorch /opt/libtorch
COPY --from=build /app /app
ENV PYTORCH_FLAVOR=cpu
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates curl tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /var/lib/tandem --create-home tandem
ENV PYTORCH_VERSION=2.7.1 \
    PYTORCH_LIBRARY_PATH=/opt/libtorch/lib \
    DJL_OFFLINE=true \
    DJL_CACHE_DIR=/var/lib/tandem/djl \
    SERVER_ADDRESS=0.0.0.0 \
    TANDEM_HOME=/var/lib/tandem
USER tandem
WORKDIR /var/lib/tandem
VOLUME /var/lib/tandem
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 \
    CMD curl -fsS http://127.0.0.1:8080/actuator/health/readiness || exit 1
ENTRYPOINT ["/usr/bin/tini", "--", "java", "-jar", "/app/tandem.jar"]
