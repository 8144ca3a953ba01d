/** From text to token ids: dataset rows, the tokenizer, chat templates, and the rules that join them. */
@ApplicationModule(allowedDependencies = {"spec"})
@NullMarked
package dev.tandem.text;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
