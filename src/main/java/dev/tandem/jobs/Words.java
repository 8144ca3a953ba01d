package dev.tandem.jobs;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.util.Locale;

/** Enum constants as the database has them: in lower case, as on the wire. */
final class Words {

    private Words() {}

    @Converter
    static final class OfStatus implements AttributeConverter<JobStatus, String> {

        @Override
        public String convertToDatabaseColumn(JobStatus status) {
            return status.word();
        }

        @Override
        public JobStatus convertToEntityAttribute(String word) {
            return JobStatus.of(word);
        }
    }

    @Converter
    static final class OfWish implements AttributeConverter<Wish, String> {

        @Override
        public String convertToDatabaseColumn(Wish wish) {
            return wish.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public Wish convertToEntityAttribute(String word) {
            return Wish.valueOf(word.toUpperCase(Locale.ROOT));
        }
    }
}
