# The front door; each target is one command that can be typed as well.
.PHONY: check format run test package

check: ## everything: format, compile, all tests
	mvn -B verify

format: ## rewrite the sources in the one format
	mvn -q -B spotless:apply

test: ## one test, as in: make test TEST=JobStatusTest
	mvn -q -B test -Dtest='$(TEST)' -Dsurefire.failIfNoSpecifiedTests=false

run: ## the server on http://localhost:8080
	mvn spring-boot:run

package: ## target/tandem.jar
	mvn -q -B -DskipTests package
