/**
 * The film reviews that the demo is about: a grammar that writes them, a judge that reads them, and a tokenizer made for
 * them. In the spirit of the sentiment task of the DPO paper: an opening, continued kindly or unkindly.
 */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.tandem.corpus;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
