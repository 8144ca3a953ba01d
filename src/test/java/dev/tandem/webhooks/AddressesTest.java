package dev.tandem.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the server lets itself be sent. */
class AddressesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "localhost",
                "2130706433",
                "0.0.0.0",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.127.255.255",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "[::]",
                "[::1]",
                "[::127.0.0.1]",
                "[::ffff:10.0.0.1]",
                "[fe80::1]",
                "[fd00::1]",
                "[ff02::1]",
                "[64:ff9b::7f00:1]",
                "[2002:7f00:1::]",
                "[3fff::1]",
                "[5f00::1]",
                "[::ffff:7f00:1]",
                "[::ffff:169.254.169.254]",
                "[64:ff9b:1::a00:1]"
            })
    void whatIsNoAddressOfTheInternetIsRefused(String host) {
        assertThatExceptionOfType(Addresses.Refused.class)
                .isThrownBy(() -> allowing().of(host))
                .withMessageContaining("no address of the internet");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "[2606:4700::1111]"})
    void theInternetIsAllowed(String host) throws Exception {
        assertThat(allowing().of(host).getHostAddress()).isNotBlank();
    }

    @Test
    void theOperatorCanAllowANetwork() throws Exception {
        Addresses addresses = allowing("10.1.0.0/16", "fd00:1::/32");
        assertThat(addresses.of("10.1.2.3").getHostAddress()).isEqualTo("10.1.2.3");
        assertThat(addresses.of("[fd00:1::9]").getHostAddress()).startsWith("fd00:1:");
        assertThatExceptionOfType(Addresses.Refused.class).isThrownBy(() -> addresses.of("10.2.0.0"));
        assertThatExceptionOfType(Addresses.Refused.class).isThrownBy(() -> addresses.of("[fd00:2::9]"));
    }

    @Test
    void aNameWithoutAnAddressIsRefused() {
        assertThatExceptionOfType(Addresses.Refused.class)
                .isThrownBy(() -> allowing().of("nobody.invalid"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0.0/33", "host/8", "/8", "fd00::/129", "10.0.0.0/-1"})
    void aNetworkIsWrittenWithItsBits(String cidr) {
        assertThatIllegalArgumentException().isThrownBy(() -> Network.of(cidr)).withMessageContaining(cidr);
    }

    private static Addresses allowing(String... networks) {
        return new Addresses(new WebhookProperties(
                List.of(networks), Duration.ofSeconds(1), List.of(), Duration.ofSeconds(1), Duration.ofDays(1)));
    }
}
