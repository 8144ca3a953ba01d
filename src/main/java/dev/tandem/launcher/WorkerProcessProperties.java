package dev.tandem.launcher;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How worker processes are started.
 *
 * @param heap {@code -Xmx} of a worker; tensors live outside it, in native memory
 */
@ConfigurationProperties("tandem.worker")
record WorkerProcessProperties(@DefaultValue("1GB") DataSize heap) {}
