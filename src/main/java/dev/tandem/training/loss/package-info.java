/**
 * The losses, one record for each equation: pure functions of the sequences' log-probabilities. Each gives one number
 * per pair; autograd gives the gradients.
 */
@NullMarked
package dev.tandem.training.loss;

import org.jspecify.annotations.NullMarked;
