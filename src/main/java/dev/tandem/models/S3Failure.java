package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/** What a caller is told of a failure of S3; the SDK's own words, which may hold more, go to the log. */
final class S3Failure {

    private static final Logger log = LoggerFactory.getLogger(S3Failure.class);

    private S3Failure() {}

    static InvalidSpec of(String uri, Exception e) {
        log.warn("cannot read {}: {}", uri, e.toString());
        if (e instanceof NoSuchBucketException) {
            return refused("not_found", "the bucket of \"%s\" does not exist".formatted(uri));
        }
        if (e instanceof AwsServiceException answer) {
            return ofAnswer(uri, answer.statusCode());
        }
        return refused(
                "unreachable",
                "\"%s\" cannot be read: S3 was not reached, broke off, or the server has no region or credentials; its log tells which"
                        .formatted(uri));
    }

    private static InvalidSpec ofAnswer(String uri, int status) {
        return switch (status) {
            case 403 ->
                refused(
                        "access_denied",
                        "S3 denies the server access to \"%s\"; the operator must let its role list and read there"
                                .formatted(uri));
            case 404, 412 -> changed(uri);
            default ->
                refused("unreadable", "S3 answered %d for \"%s\"; the server's log tells more".formatted(status, uri));
        };
    }

    static InvalidSpec changed(String uri) {
        return refused(
                "changed", "\"%s\" changed while it was read; register it again once it is whole".formatted(uri));
    }

    static InvalidSpec refused(String code, String message) {
        return new InvalidSpec("uri", code, message);
    }
}
