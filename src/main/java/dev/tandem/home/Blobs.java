package dev.tandem.home;

import dev.tandem.storage.BlobStore;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;

/** The server's blob store. A worker makes its own from a path it is given. */
@Configuration(proxyBeanMethods = false)
class Blobs {

    @Bean
    BlobStore blobStore(TandemHome home) {
        return new BlobStore(home.blobs());
    }

    @Bean
    @Fallback
    InstantSource systemClock() {
        return InstantSource.system();
    }
}
