/**
 * Who may do what over HTTP: the rules by address, what is answered to those who may not, limits, the audit, and the
 * endpoints of those who administer a project.
 */
@NullMarked
package dev.tandem.api.access;

import org.jspecify.annotations.NullMarked;
