package dev.tandem.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {

    private static final Clock CLOCK =
            Clock.fixed(LocalDateTime.of(2026, 1, 5, 9, 7, 3).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
    private static final Map<String, Object> VALUES =
            Map.of("x", 5, "l", List.of(1, 2, 3), "m", Map.of("a", 1), "none_there", Arrays.asList("a", null));

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            -7 // 2 ~ '|' ~ -7 % 3 ~ '|' ~ 7 / 2                ¦ -4|2|3.5
            2 ** 3 ** 2 ~ ' ' ~ -2 ** 2 ~ ' ' ~ -3 | abs        ¦ 64 4 3
            1e16 ~ ' ' ~ 1e15 ~ ' ' ~ 0.1 + 0.2 ~ ' ' ~ 1e-5    ¦ `1e+16 1000000000000000.0 0.10.2 1e-05`
            [1, 'a', none, true, (1,), {'k': 1.0}]              ¦ [1, 'a', None, True, (1,), {'k': 1.0}]
            l[::-1] ~ l[-2:] ~ 'h\u00e9llo'[1:-1]               ¦ [3, 2, 1][2, 3]\u00e9ll
            1 < 2 < 3                                           ¦ True
            missing ~ missing | length ~ (missing is defined)   ¦ 0False
            {'items': 7}.items is callable                      ¦ True
            {'items': 7}['items']                               ¦ 7
            {'k': [1, {}]} | tojson(indent=1) | replace('\\n', '/') ¦ {/ "k": [/  1,/  {}/ ]/}
            '<\u00e9\\n>' | tojson                              ¦ "<\u00e9\\n>"
            2.5 | round ~ 3.5 | round ~ 2.675 | round(2)        ¦ 2.04.02.67
            '%05.2f|%-4s|%r' % (3.14159, 'a', 'b')              ¦ 03.14|a   |'b'
            '{:>4}|{:,.2f}'.format('a', 1234.5)                 ¦ `   a|1,234.50`
            none_there | join('-')                              ¦ a-None
            'they\\'re' | title ~ "they're".title()             ¦ They'reThey'Re
            (l | select('gt', 5)) and 'generators are true'     ¦ generators are true
            'a-b cc\\ndd' | wordwrap(3) | replace('\\n', '/')       ¦ a-b/cc/dd
            {'a': 1, 'b': '<', 'c': none} | xmlattr             ¦ ` a="1" b="&lt;"`
            1500 | filesizeformat ~ ' ' ~ 1024 | filesizeformat(true) ¦ 1.5 kB 1.0 KiB
            'Ab Cd'.istitle() ~ '{a}'.format_map({'a': 1})      ¦ True1
            'plain' % l                                         ¦ plain
            strftime_now('%d %b %Y %-d %H:%M %p')               ¦ 05 Jan 2026 5 09:07 AM
            """)
    void valuesAreThoseOfPython(String expression, String expected) {
        assertThat(render("{{ " + expression + " }}")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            {{ raise_exception('roles must alternate') }}   ¦ line 1: roles must alternate
            `a\\n{{ missing.field }}`                       ¦ line 2: 'missing' is undefined
            {{ m.a.b.c }}                                   ¦ 'int' object has no attribute 'b'
            {{ l | uper }}                                  ¦ no filter named 'uper'; did you mean upper?
            {{ 1 is evn }}                                  ¦ no test named 'evn'; did you mean even?
            {{ 'a' + 1 }}                                   ¦ can only concatenate str (not "int") to str
            {{ l.append(4) }}                               ¦ append would change a list, which a template may not
            {{ none[1:] }}                                  ¦ 'NoneType' object is not subscriptable
            {{ l | random }}                                ¦ filter 'random' is not supported
            {{ 1 / 0 }}                                     ¦ division by zero
            {% if x %}                                      ¦ the template ends before {% endif %}
            {% include 'x' %}                               ¦ unknown tag {% include %}
            {{ (1 }}                                        ¦ unexpected '}'
            {% for i in x %}{% endfor %}                    ¦ 'int' object is not iterable
            """)
    void errorsSayWhereAndWhy(String template, String message) {
        assertThatThrownBy(() -> render(template.replace("\\n", "\n")))
                .isInstanceOf(TemplateError.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 'x' * 999999999999 }}",
                "{{ 10 ** (10 ** 10) }}",
                "{% for i in range(99999) %}{% for j in range(99999) %}{{ j }}{% endfor %}{% endfor %}",
                "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
                "{{ range(10**9) | list }}",
                "{{ [1] * 10**12 }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '{:>999999999}'.format(1) }}",
                "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set n = namespace() %}{% set n.n = [n] %}{{ n }}",
                "{{ ('a' * 10**6) | replace('a', 'b' * 10**6) }}",
                "{{ 'a' | center(10**10) }}",
                "{{ l | batch(10**9, 'x') | list | map('string') | list }}",
                "{{ {} | tojson(indent=10**10) }}"
            })
    void aHostileTemplateEndsSoonWithAnError(String template) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateError.class));
    }

    @Test
    void deepNestingIsAnErrorAndNotACrash() {
        for (String part : List.of("(", "[", "{1:", "not ", "-", "x if ", "{% if x %}", "1+", "x.y|upper.")) {
            String template = part.startsWith("{%") ? part.repeat(100_000) : "{{ " + part.repeat(100_000) + "1 }}";
            assertThatThrownBy(() -> render(template)).as(part).isInstanceOf(TemplateError.class);
        }
    }

    @Test
    void aLongTextLiteralIsReadWhole() {
        String text = "a\\n'".repeat(50_000);
        assertThat(render("{{ \"" + text + "\" | length }}")).isEqualTo("150000");
    }

    @Test
    void tagsTakeTheSpaceThatJinjaLetsThemTake() {
        assertThat(render("  {% if x %}\n  a\n  {% endif %}\nb\n")).isEqualTo("  a\nb");
        assertThat(render("  {%+ if x %}a{% endif +%}\n b {#- c -#} d")).isEqualTo("  a\n bd");
        assertThat(render("{% raw %}{{ x }}{% endraw %}\n{{ x }}\n\n"))
                .isEqualTo("{{ x }}\n5\n".replace("}}\n5", "}}5"));
    }

    @Test
    void blocksKeepTheirVariablesAndNamespacesDoNot() {
        assertThat(render("{% set y = 0 %}{% set n = namespace(y=0) %}{% for i in l %}{% set y = i %}{% set n.y = i %}"
                        + "{% endfor %}{{ y }}{{ n.y }}"))
                .isEqualTo("03");
    }

    @Test
    void loopsTellWhereTheyAreAndCanBeLeft() {
        assertThat(render("{% for i in range(9) if i != 1 %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}"
                        + "{% break %}{% endif %}{{ i }}{{ loop.index }}{{ loop.first }}{{ loop.revindex0 }}{{ loop.nextitem }},"
                        + "{% endfor %}"))
                .isEqualTo("01True72,33False54,44False45,");
    }

    private static String render(String template) {
        return Template.read(template).render(VALUES, CLOCK);
    }
}
