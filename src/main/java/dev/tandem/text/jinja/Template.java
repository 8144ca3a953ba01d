package dev.tandem.text.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A template that was read and can be rendered any number of times, by many threads at once. */
public final class Template {

    private final List<Stmt> body;

    private Template(List<Stmt> body) {
        this.body = body;
    }

    /** @throws TemplateError if the source is no template */
    public static Template read(String source) {
        try {
            return new Template(StatementParser.parse(source));
        } catch (StackOverflowError e) {
            throw new TemplateError("the template is nested too deeply to be read");
        }
    }

    /**
     * @param variables values as a JSON parser gives them
     * @param clock what {@code strftime_now} reads
     * @throws TemplateError if the template refuses the values, or does what cannot be done
     */
    public String render(Map<String, ? extends @Nullable Object> variables, Clock clock) {
        var globals = new Scope(null);
        Globals.addTo(globals, clock);
        var scope = new Scope(globals);
        variables.forEach((name, value) -> scope.set(name, Py.from(value)));
        try {
            return new Interpreter(new Budget()).text(body, scope);
        } catch (StackOverflowError e) {
            throw new TemplateError("rendering the template is nested too deeply");
        } catch (ClassCastException | IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            // A template is foreign code: what no one thought of is its error and never that of the program.
            throw new TemplateError("the template does with a value what cannot be done: " + e.getMessage());
        }
    }
}
