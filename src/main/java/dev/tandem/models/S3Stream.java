package dev.tandem.models;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.Abortable;

/** An object while it comes in: it must be as long as it was listed, and its failures are S3's, not the disk's. */
final class S3Stream extends FilterInputStream {

    private final Abortable connection;
    private final String uri;
    private long left;

    <T extends InputStream & Abortable> S3Stream(T in, String uri, long size) {
        super(in);
        this.connection = in;
        this.uri = uri;
        this.left = size;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        int n;
        try {
            n = in.read(buffer, offset, length);
        } catch (IOException | SdkException e) {
            throw S3Failure.of(uri, e);
        }
        left -= Math.max(n, 0);
        if (left < 0) {
            throw S3Failure.changed(uri);
        }
        if (n < 0 && left > 0) { // no exception where a connection ends early
            throw S3Failure.of(uri, new EOFException(left + " bytes are missing"));
        }
        return n;
    }

    /** Drops the connection where something is left: closing would read it to its end. */
    @Override
    public void close() throws IOException {
        if (left != 0) {
            connection.abort();
        } else {
            in.close();
        }
    }
}
