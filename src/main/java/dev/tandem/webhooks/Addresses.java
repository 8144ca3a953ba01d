package dev.tandem.webhooks;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Which addresses may be connected to: those of the internet, and those that the operator allows. */
@Component
class Addresses {

    /** What is not of the internet, by IANA's registries of special addresses; those that wrap an IPv4 address too. */
    private static final List<Network> SPECIAL = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "::/96",
                    "64:ff9b::/96",
                    "64:ff9b:1::/48",
                    "100::/64",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20",
                    "5f00::/16",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8")
            .map(Network::of)
            .toList();

    private final List<Network> allowed;

    Addresses(WebhookProperties properties) {
        this.allowed = properties.allowedNetworks().stream().map(Network::of).toList();
    }

    /**
     * The address to connect to for a host. Every address of it must be allowed, so that none is reached by asking often.
     *
     * @throws Refused if the host has no address, or one that is not allowed
     */
    InetAddress of(String host) throws Refused {
        try {
            InetAddress[] found = InetAddress.getAllByName(host);
            for (InetAddress address : found) {
                requireAllowed(host, address);
            }
            return found[0];
        } catch (UnknownHostException e) {
            throw new Refused("no address is known for %s; is the name right?".formatted(host));
        }
    }

    private void requireAllowed(String host, InetAddress address) throws Refused {
        boolean special = SPECIAL.stream().anyMatch(network -> network.contains(address));
        if (special && allowed.stream().noneMatch(network -> network.contains(address))) {
            throw new Refused(
                    "%s is %s, which is no address of the internet; the operator can allow its network with tandem.webhooks.allowed-networks"
                            .formatted(host, address.getHostAddress()));
        }
    }

    /** Nothing may be sent there. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }
}
