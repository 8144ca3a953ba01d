/**
 * The API below {@code /v1} that OpenAI's SDKs speak: files, fine-tuning jobs, models and webhook endpoints. It is another
 * window on the same datasets, jobs and models as the native API, and keeps nothing of its own: ids differ in their prefix
 * only, and what a job says here is worked out from what it is.
 */
@NullMarked
package dev.tandem.api.openai;

import org.jspecify.annotations.NullMarked;
