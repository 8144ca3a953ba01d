package dev.tandem.webhooks;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How webhooks are sent.
 *
 * @param allowedNetworks blocks of addresses, as in {@code 10.1.0.0/16}, that endpoints may lie in although they are
 *     private, loopback or link-local; none unless configured
 * @param timeout how long an endpoint may take to answer
 * @param backoff how long to wait after the first, second, ... failed attempt; after the last of them a delivery has failed
 * @param poll how often to look for what is due
 * @param keepLog how long deliveries are remembered after their end
 */
@ConfigurationProperties("tandem.webhooks")
record WebhookProperties(
        @DefaultValue List<String> allowedNetworks,
        @DefaultValue("15s") Duration timeout,

        @DefaultValue({"5s", "30s", "2m", "10m", "30m", "1h", "2h", "5h", "10h", "24h"})
        List<Duration> backoff,

        @DefaultValue("1s") Duration poll,
        @DefaultValue("30d") Duration keepLog) {}
