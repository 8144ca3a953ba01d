/** What tests of the service share. */
@NullMarked
package dev.tandem.support;

import org.jspecify.annotations.NullMarked;
