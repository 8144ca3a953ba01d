package dev.tandem.webhooks;

import dev.tandem.spec.InvalidSpec;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where an endpoint is.
 *
 * @param path with the query, as it is sent
 */
record Target(boolean encrypted, String host, int port, String path) {

    private static final int LONGEST = 2000;

    /** @throws InvalidSpec if it is no URL that something can be posted to */
    static Target of(String url) {
        if (url.length() > LONGEST) {
            throw refused("has %d characters, and %d at most are allowed".formatted(url.length(), LONGEST));
        }
        try {
            URI uri = new URI(url);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            boolean http = scheme.equals("http") || scheme.equals("https");
            if (!http || uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
                throw refused("was \"%s\"".formatted(url));
            }
            boolean encrypted = scheme.equals("https");
            int port = uri.getPort() < 0 ? (encrypted ? 443 : 80) : uri.getPort();
            if (port < 1 || port > 65_535) {
                throw refused("has port %d".formatted(port));
            }
            return new Target(encrypted, uri.getHost(), port, path(uri));
        } catch (URISyntaxException e) {
            throw refused("was \"%s\"".formatted(url));
        }
    }

    private static String path(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String whole = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        // A URI may hold letters beyond ASCII, a request line may not.
        return URI.create(whole).toASCIIString();
    }

    private static InvalidSpec refused(String was) {
        return new InvalidSpec(
                "url", "invalid_value", "url must be like https://host/path, without user and fragment; it " + was);
    }
}
