/**
 * The part of Jinja that chat templates are written in, with Python's values and Python's way to print them. Made because
 * a training mask depends on every byte that a template writes, and no engine for the JVM gives them all.
 *
 * <p>The way of a template: {@link dev.tandem.text.jinja.Lexer} cuts the source into tokens, {@code StatementParser} and
 * {@code ExpressionParser} make the tree of {@link dev.tandem.text.jinja.Stmt} and {@link dev.tandem.text.jinja.Expr},
 * {@code Interpreter} and {@code Evaluator} walk it. Values are Java's {@link String}, {@link Long},
 * {@link java.math.BigInteger}, {@link Double}, {@link Boolean}, {@link java.util.List}, {@link java.util.Map}, and the few
 * types of this package that Java lacks. Nothing a template does can change what it was given, reach the machine, or run on
 * for ever: see {@code Budget}.
 */
@NullMarked
package dev.tandem.text.jinja;

import org.jspecify.annotations.NullMarked;
