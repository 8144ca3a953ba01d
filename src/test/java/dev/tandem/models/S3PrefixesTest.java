package dev.tandem.models;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.S3Server;
import dev.tandem.models.ModelProperties.S3;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class S3PrefixesTest {

    @Test
    void aServerThatCannotBeReachedIsSaidSo() throws Exception {
        int nobody;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        System.setProperty("aws.accessKeyId", "tester");
        System.setProperty("aws.secretAccessKey", S3Server.SECRET);
        var s3 = new S3(URI.create("http://127.0.0.1:" + nobody), null, true, Duration.ofSeconds(1));
        var prefixes = new S3Prefixes(new ModelProperties(List.of("s3://shelf"), DataSize.ofBytes(1), s3));
        assertThatThrownBy(() -> prefixes.files("s3://shelf/gpt2"))
                .hasMessageContaining("S3 was not reached")
                .hasMessageNotContaining(S3Server.SECRET);
        prefixes.close();
    }

    @Test
    void aRootThatIsNoAddressStopsTheStartAndNamesTheSetting() {
        var s3 = new S3(null, null, false, Duration.ofSeconds(1));
        var properties = new ModelProperties(List.of("s3://shelf/../all"), DataSize.ofBytes(1), s3);
        assertThatThrownBy(() -> new S3Prefixes(properties))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tandem.models.roots")
                .hasMessageContaining("s3://shelf/../all");
    }
}
