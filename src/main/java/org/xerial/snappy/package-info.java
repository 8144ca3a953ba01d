/** Stands in for a native library whose name the Parquet library knows. */
@NullMarked
package org.xerial.snappy;

import org.jspecify.annotations.NullMarked;
