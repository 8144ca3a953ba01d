package dev.tandem.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;

/** The server's blob store: {@code blobs} below {@code tandem.home}. A worker makes its own from a path it is given. */
@Configuration(proxyBeanMethods = false)
class StorageSetup {

    private static final Logger log = LoggerFactory.getLogger(StorageSetup.class);
    private static final Duration ABANDONED = Duration.ofDays(1);

    @Bean
    BlobStore blobStore(Environment environment, InstantSource clock) {
        Path home = Path.of(environment.getProperty("tandem.home", "./tandem-data"));
        var store = new BlobStore(home.resolve("blobs"));
        int removed = store.sweep(clock.instant().minus(ABANDONED));
        if (removed > 0) {
            log.info("removed {} staging folders that unfinished writes left behind", removed);
        }
        return store;
    }

    @Bean
    @Fallback
    InstantSource systemClock() {
        return InstantSource.system();
    }
}
