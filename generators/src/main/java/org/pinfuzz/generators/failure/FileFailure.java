// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.failure;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.regex.Pattern;

/** Why a file could not be read or written, in words for users: what Java throws often names the file and no reason. */
public final class FileFailure {
    /** Messages of Jackson quote names and words of the text, however long they are. */
    private static final int SHOWN = 300;

    /** Which method of Jackson sets a limit. */
    private static final Pattern LIMIT = Pattern.compile(", from `[^`]*`");

    /** Where Jackson says that it would show or allow more if it were told to. */
    private static final Pattern INTERNALS = Pattern.compile(
            "( \\(start marker at |: maybe a \\(|: enable `|: not allowed as per| \\(for |`).*", Pattern.DOTALL);

    private FileFailure() {}

    /** The reason, with the file's name where the exception has it. */
    public static String reason(IOException failure) {
        if (failure instanceof FileSystemException ofFile && ofFile.getReason() == null) {
            return ofFile.getFile() + word(ofFile);
        }
        if (failure instanceof JsonProcessingException json) {
            return "it is not JSON: " + said(json) + place(json);
        }
        if (failure instanceof CharacterCodingException) {
            return "it is not text in UTF-8";
        }
        // "No space left on device" and its like say enough, a message that is empty says nothing.
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.toString() : message;
    }

    private static String said(JsonProcessingException failure) {
        String message = LIMIT.matcher(failure.getOriginalMessage()).replaceAll("");
        message = INTERNALS.matcher(message).replaceAll("");
        return message.startsWith("Trailing token") ? "there is more after its end" : cut(message);
    }

    private static String cut(String message) {
        return message.length() > SHOWN ? message.substring(0, SHOWN) + "…" : message;
    }

    private static String place(JsonProcessingException failure) {
        JsonLocation place = failure.getLocation();
        return place == null ? "" : " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")";
    }

    private static String word(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return " is not there";
        }
        if (failure instanceof AccessDeniedException) {
            return " may not be accessed by this user";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return " is there already, as something else";
        }
        if (failure instanceof NotDirectoryException) {
            return " is no directory";
        }
        if (failure instanceof DirectoryNotEmptyException) {
            return " is a directory that is not empty";
        }
        return ": " + failure.getClass().getSimpleName();
    }
}
