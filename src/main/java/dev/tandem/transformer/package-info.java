/** A decoder-only language model on DJL arrays: Hugging Face config and safetensors in, logits and checkpoints out. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.tandem.transformer;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
