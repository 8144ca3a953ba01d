package dev.tandem.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers with a fixed number of digits, as both of Python's format languages write them. */
final class NumberFormat {

    private static final int MAX_PRECISION = 1000;

    private NumberFormat() {}

    /** The absolute value; {@code type} is one of {@code f e g}, in either case. */
    static String real(double value, char type, int precision) {
        if (precision > MAX_PRECISION) {
            throw new TemplateError("a precision of %d digits is too much".formatted(precision));
        }
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            String word = Double.isNaN(value) ? "nan" : "inf";
            return Character.isUpperCase(type) ? word.toUpperCase(Locale.ROOT) : word;
        }
        var exact = new BigDecimal(Math.abs(value));
        String text = switch (Character.toLowerCase(type)) {
            case 'e' -> scientific(exact, precision);
            case 'g' -> general(exact, Math.max(1, precision));
            default -> exact.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
        };
        return Character.isUpperCase(type) ? text.toUpperCase(Locale.ROOT) : text;
    }

    private static String scientific(BigDecimal value, int precision) {
        if (value.signum() == 0) {
            return (precision == 0 ? "0" : "0." + "0".repeat(precision)) + "e+00";
        }
        BigDecimal rounded = value.round(new java.math.MathContext(precision + 1, RoundingMode.HALF_EVEN));
        String digits = rounded.unscaledValue().toString();
        int exponent = digits.length() - rounded.scale() - 1;
        String padded = digits.length() > precision + 1
                ? digits.substring(0, precision + 1)
                : digits + "0".repeat(precision + 1 - digits.length());
        String fraction = precision == 0 ? "" : "." + padded.substring(1);
        return "%s%se%s%02d".formatted(padded.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private static String general(BigDecimal value, int precision) {
        if (value.signum() == 0) {
            return "0";
        }
        String scientific = scientific(value, precision - 1);
        int mark = scientific.indexOf('e');
        int exponent = Integer.parseInt(scientific.substring(mark + 1));
        if (exponent < -4 || exponent >= precision) {
            return trimmed(scientific.substring(0, mark)) + scientific.substring(mark);
        }
        return trimmed(
                value.setScale(precision - 1 - exponent, RoundingMode.HALF_EVEN).toPlainString());
    }

    private static String trimmed(String number) {
        return number.contains(".") ? number.replaceFirst("\\.?0+$", "") : number;
    }
}
