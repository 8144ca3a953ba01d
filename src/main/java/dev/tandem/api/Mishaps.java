package dev.tandem.api;

import dev.tandem.home.FullDisk;
import dev.tandem.home.UnstorableValue;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartHttpServletRequest;

/** Failures that are no fault of the program: the disk is full, the database away, an upload cut off, a query no text. */
final class Mishaps {

    private static final Logger LOG = LoggerFactory.getLogger(Mishaps.class);

    private Mishaps() {}

    static Optional<Problem> of(Exception e, HttpServletRequest request) {
        if (FullDisk.caused(e)) {
            LOG.error("{} {} failed: the disk is full", request.getMethod(), request.getRequestURI(), e);
            String detail = "the server's disk is full; nothing was stored, so free space there and send it again";
            return Optional.of(Problem.of(HttpStatus.INSUFFICIENT_STORAGE, "disk_full", detail));
        }
        if (UnstorableValue.caused(e)) {
            String detail = "the request holds a value that cannot be looked up, as the character U+0000 or a number"
                    + " beyond all others; leave it out";
            return Optional.of(Problem.of(HttpStatus.BAD_REQUEST, "invalid_value", detail));
        }
        if (e instanceof InvalidParameterException) {
            String detail = "the query of the address is badly encoded; it must be UTF-8, percent-encoded";
            return Optional.of(Problem.of(HttpStatus.BAD_REQUEST, "wrong_type", detail));
        }
        if (isCutUpload(e, request)) {
            String detail = "the multipart body ends before its end; send it again";
            return Optional.of(Problem.of(HttpStatus.BAD_REQUEST, "invalid_multipart", detail));
        }
        return Optional.empty();
    }

    /** The scheduler tells of the outage in the log, once; a line for each request would bury it. */
    static ResponseEntity<Object> databaseAway(Exception e, HttpServletRequest request) {
        LOG.debug("{} {}: the database is away", request.getMethod(), request.getRequestURI(), e);
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, "2");
        String detail = "the database cannot be reached at the moment; send the request again in 2 seconds, a POST with"
                + " the same Idempotency-Key, since it may have been carried out";
        return Problem.of(HttpStatus.SERVICE_UNAVAILABLE, "database_unavailable", detail)
                .answer(request, headers);
    }

    /** Tomcat has limits of its own for the parts of an upload and their heads, which Spring passes on as one of -1 bytes. */
    static String tooMuch(MaxUploadSizeExceededException e) {
        return e.getMaxUploadSize() < 0
                ? "the multipart body has too many parts, or one with a head too long (%s); send one file and its few fields"
                        .formatted(e.getMostSpecificCause().getMessage())
                : "the upload is larger than the %d bytes allowed; the operator can raise the limit"
                        .formatted(e.getMaxUploadSize());
    }

    /** Spring goes on with the plain request where the parts of one could not be read to their end. */
    static boolean isCutUpload(Exception e, HttpServletRequest request) {
        return e instanceof IllegalStateException
                && String.valueOf(request.getContentType()).startsWith("multipart/")
                && !(request instanceof MultipartHttpServletRequest)
                && String.valueOf(e.getMessage()).contains(MultipartHttpServletRequest.class.getName());
    }
}
