/** What worker processes talk to; not for people. A worker's token is good for its own attempt only. */
@NullMarked
package dev.tandem.api.internal;

import org.jspecify.annotations.NullMarked;
