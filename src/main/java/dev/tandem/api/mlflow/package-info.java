/**
 * A window for <a href="https://mlflow.org/docs/latest/rest-api.html">MLflow's</a> clients, which only reads: queues are
 * its experiments and jobs its runs. The queue {@code default} is experiment {@code 0}, the one that every MLflow server
 * has.
 */
@NullMarked
package dev.tandem.api.mlflow;

import org.jspecify.annotations.NullMarked;
