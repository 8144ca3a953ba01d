package dev.tandem.demo;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** @param demo whether a home that is empty is filled with the demo and its job is run */
@ConfigurationProperties("tandem")
record DemoProperties(@DefaultValue("false") boolean demo) {}
