package dev.tandem.home;

import dev.tandem.storage.BlobStore;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;

/** The server's blob store. A worker makes its own from a path it is given. */
@Configuration(proxyBeanMethods = false)
class Blobs {

    private static final Logger LOG = LoggerFactory.getLogger(Blobs.class);
    private static final Duration ABANDONED = Duration.ofDays(1);

    @Bean
    BlobStore blobStore(TandemHome home, InstantSource clock) {
        var store = new BlobStore(home.blobs());
        int removed = store.sweep(clock.instant().minus(ABANDONED));
        if (removed > 0) {
            LOG.info("removed {} staging folders that unfinished writes left behind", removed);
        }
        return store;
    }

    @Bean
    @Fallback
    InstantSource systemClock() {
        return InstantSource.system();
    }
}
