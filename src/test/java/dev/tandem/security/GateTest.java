package dev.tandem.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.WholeApp;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/** What a server that others could reach needs before it starts. */
@WholeApp
class GateTest {

    private static final String KEY = "tdm_0123456789abcdefghijklmnopqrstuv";

    @Autowired
    ApiKeys keys;

    @Autowired
    JdbcClient sql;

    private final ServerProperties server = new ServerProperties();
    private final OAuth2ResourceServerProperties provider = new OAuth2ResourceServerProperties();
    private final StaticListableBeanFactory beans = new StaticListableBeanFactory();

    @AfterEach
    void noKeys() {
        sql.sql("TRUNCATE api_key").update();
    }

    private Gate gate(String address, @Nullable Boolean enabled, @Nullable String bootstrapKey)
            throws UnknownHostException {
        server.setAddress(address.isEmpty() ? null : InetAddress.getByName(address));
        var oidc = new SecurityProperties.Oidc("tandem_project", null, List.of("scope"), Map.of());
        return new Gate(
                new SecurityProperties(enabled, bootstrapKey, oidc),
                beans.getBeanProvider(JwtDecoder.class),
                provider,
                keys,
                server);
    }

    private AbstractThrowableAssert<?, ?> refusal(String address, @Nullable Boolean enabled) {
        return assertThatThrownBy(() -> gate(address, enabled, null)).isInstanceOf(UnsafeStart.class);
    }

    private ApiKey issue(String scope) {
        return keys.issue(Caller.ANYONE, "k", List.of(scope), null, null).key();
    }

    @Test
    void withoutSecurityOnlyThisMachineIsServed() throws Exception {
        assertThat(gate("127.0.0.1", null, null).isGuarded()).isFalse();
        assertThat(gate("::1", null, null).isGuarded()).isFalse();
        refusal("0.0.0.0", null).hasMessageContaining("server.address is 0.0.0.0");
        refusal("", null).hasMessageContaining("server.address is not set, which means every address");
        refusal("10.1.2.3", false).hasMessageContaining("only this machine may reach the server");
    }

    @Test
    void aKeyOrAProviderOpensOtherAddresses() throws Exception {
        assertThat(gate("0.0.0.0", null, KEY).isGuarded()).isTrue();
        beans.addBean("tokens", (JwtDecoder) token -> {
            throw new IllegalStateException("not asked here");
        });
        refusal("0.0.0.0", null).hasMessageContaining("without an audience");
        provider.getJwt().setAudiences(List.of("tandem"));
        assertThat(gate("0.0.0.0", null, null).isGuarded()).isTrue();
    }

    @Test
    void aServerThatNobodyCouldEnterDoesNotStart() throws Exception {
        issue("read");
        refusal("0.0.0.0", true).hasMessageContaining("nobody could get in");
        issue("admin");
        assertThat(gate("0.0.0.0", true, null).isGuarded()).isTrue();
    }

    @Test
    void aServerThatWasSecuredDoesNotOpenByForgetting() throws Exception {
        ApiKey key = issue("read");
        refusal("127.0.0.1", null).hasMessageContaining("has API keys");
        assertThat(gate("127.0.0.1", false, null).isGuarded()).isFalse();
        keys.revoke(Caller.ANYONE, key.id());
        assertThat(gate("127.0.0.1", null, null).isGuarded()).isFalse();
    }

    @Test
    void aWeakBootstrapKeyIsRefusedWithoutBeingShown() {
        assertThatThrownBy(() -> gate("127.0.0.1", null, "tdm_short"))
                .hasMessageContaining("tandem.security.bootstrap-key")
                .hasMessageNotContaining("tdm_short");
        var oidc = new SecurityProperties.Oidc("tandem_project", null, List.of("scope"), Map.of());
        assertThat(new SecurityProperties(null, KEY, oidc).toString()).doesNotContain(KEY);
    }
}
