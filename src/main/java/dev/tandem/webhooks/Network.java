package dev.tandem.webhooks;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A block of addresses.
 *
 * @param first 4 or 16 bytes
 * @param bits how many of them, from the left, all addresses of the block share
 */
record Network(byte[] first, int bits) {

    private static final Pattern CIDR = Pattern.compile("([0-9.]+|[0-9a-fA-F:]+)/([0-9]{1,3})");

    /** As in {@code 10.0.0.0/8} or {@code fc00::/7}. */
    static Network of(String cidr) {
        var matcher = CIDR.matcher(cidr);
        if (!matcher.matches()) {
            throw notANetwork(cidr);
        }
        try {
            byte[] first = InetAddress.ofLiteral(matcher.group(1)).getAddress();
            int bits = Integer.parseInt(matcher.group(2));
            if (bits > 8 * first.length) {
                throw notANetwork(cidr);
            }
            return new Network(first, bits);
        } catch (IllegalArgumentException e) {
            throw notANetwork(cidr);
        }
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != first.length) {
            return false;
        }
        int whole = bits / 8;
        int rest = 8 - bits % 8;
        return Arrays.equals(bytes, 0, whole, first, 0, whole)
                && (rest == 8 || (bytes[whole] & 0xff) >> rest == (first[whole] & 0xff) >> rest);
    }

    private static IllegalArgumentException notANetwork(String cidr) {
        return new IllegalArgumentException(
                "a network must be written like 10.0.0.0/8 or fc00::/7, was \"%s\"".formatted(cidr));
    }
}
