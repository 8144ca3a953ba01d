package dev.tandem.api.description;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Holds JSON back until it was looked at; streams and files pass. */
final class HeldAnswer extends HttpServletResponseWrapper {

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable PrintWriter writer;

    HeldAnswer(HttpServletResponse response) {
        super(response);
    }

    private boolean isJson() {
        String type = getContentType();
        return type != null && type.contains("json") && getHeader("Content-Disposition") == null;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        return isJson() ? new Held() : super.getOutputStream();
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (!isJson()) {
            return super.getWriter();
        }
        PrintWriter known = writer == null ? new PrintWriter(body, false, StandardCharsets.UTF_8) : writer;
        writer = known;
        return known;
    }

    @Override
    public void flushBuffer() throws IOException {
        if (!isJson()) {
            super.flushBuffer();
        }
    }

    byte[] body() {
        if (writer != null) {
            writer.flush();
        }
        return body.toByteArray();
    }

    void release() throws IOException {
        byte[] bytes = body();
        if (bytes.length > 0) {
            super.getOutputStream().write(bytes);
        }
    }

    private final class Held extends ServletOutputStream {

        @Override
        public void write(int b) {
            body.write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            body.write(bytes, from, length);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException("no answer of this API is written that way");
        }
    }
}
