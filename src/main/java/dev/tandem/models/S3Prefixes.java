package dev.tandem.models;

import dev.tandem.models.ModelProperties.S3;
import dev.tandem.spec.InvalidSpec;
import jakarta.annotation.PreDestroy;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The prefixes in S3 from which models may be taken. Where S3 is, only the configuration says. */
@Component
class S3Prefixes {

    private static final int MOST_FILES = 1000;

    private final List<S3Address> roots;
    private final S3 settings;
    private @Nullable S3Client client;

    S3Prefixes(ModelProperties properties) {
        this.roots = properties.roots().stream()
                .filter(S3Address::isOne)
                .map(S3Prefixes::root)
                .toList();
        this.settings = properties.s3();
    }

    private static S3Address root(String configured) {
        try {
            return S3Address.of(configured);
        } catch (InvalidSpec e) {
            throw new IllegalArgumentException("an entry of tandem.models.roots is wrong: " + e.getMessage(), e);
        }
    }

    /** The objects directly below the prefix; each is read as it was when listed, or not at all. */
    List<NewFile> files(String uri) {
        S3Address address = S3Address.of(uri);
        if (roots.stream().noneMatch(address::isWithin)) {
            throw S3Failure.refused(
                    "outside_roots",
                    "\"%s\" lies outside the s3:// entries of tandem.models.roots; move the model below one of them or upload its files"
                            .formatted(uri));
        }
        List<S3Object> objects = list(address, uri);
        if (objects.isEmpty()) {
            throw S3Failure.refused("not_found", "there is no file directly below \"%s\"".formatted(uri));
        }
        if (objects.size() > MOST_FILES) {
            throw S3Failure.refused(
                    "too_many_files",
                    "\"%s\" has more than %d files; is it the prefix of one model?".formatted(uri, MOST_FILES));
        }
        return objects.stream()
                .map(object -> new NewFile(name(address, object), () -> open(address, object)))
                .toList();
    }

    private List<S3Object> list(S3Address address, String uri) {
        try {
            return client()
                    .listObjectsV2Paginator(request -> request.bucket(address.bucket())
                            .prefix(address.folder())
                            .delimiter("/"))
                    .contents()
                    .stream()
                    .filter(object -> !name(address, object).isEmpty()
                            && !name(address, object).startsWith("."))
                    .limit(MOST_FILES + 1L)
                    .toList();
        } catch (SdkException e) {
            throw S3Failure.of(uri, e);
        }
    }

    private InputStream open(S3Address address, S3Object object) {
        String uri = "s3://%s/%s".formatted(address.bucket(), object.key());
        try {
            return new S3Stream(
                    client().getObject(request ->
                            request.bucket(address.bucket()).key(object.key()).ifMatch(object.eTag())),
                    uri,
                    object.size());
        } catch (SdkException e) {
            throw S3Failure.of(uri, e);
        }
    }

    private static String name(S3Address address, S3Object object) {
        return object.key().substring(address.folder().length());
    }

    /** Made when it is first needed, so that a server without S3 pays nothing for it. */
    private synchronized S3Client client() {
        S3Client known = client;
        if (known != null) {
            return known;
        }
        var builder = S3Client.builder()
                .forcePathStyle(settings.pathStyle())
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(settings.timeout())
                        .socketTimeout(settings.timeout()));
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint());
        }
        if (settings.region() != null) {
            builder.region(Region.of(settings.region()));
        } else if (settings.endpoint() != null) {
            builder.region(Region.US_EAST_1); // other servers rarely care, but every signature names one
        }
        S3Client made = builder.build();
        client = made;
        return made;
    }

    @PreDestroy
    synchronized void close() {
        if (client != null) {
            client.close();
        }
    }
}
