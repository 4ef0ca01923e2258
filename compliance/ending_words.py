"""Audit events of the end of a workspace, in words."""

WORDS_OF_THE_END = {
    "workspace.certificate_taken": "Took the certificate of a destroyed workspace",
    "workspace.data_downloaded": "Took all data of the workspace along",
    "workspace.data_exported": "Wrote all data of the workspace to a file",
    "workspace.destroyed": "Destroyed the workspace",
    "workspace.destruction_begun": "Began to destroy the workspace",
    "workspace.end_asked": "Asked an operator to end the workspace",
    "workspace.end_decided": "Decided that the workspace ends",
    "workspace.end_put_off": "Put off the destruction of the workspace",
    "workspace.end_refused": "Refused to end the workspace",
    "workspace.end_undone": "Undid the end of the workspace",
    "workspace.log_exported": "Took the log of a destroyed workspace",
    "workspace.log_read": "Read the log of a destroyed workspace",
    "workspace.return_asked": "Asked for all data of the workspace",
    "workspace.return_canceled": "Stopped the file of all data",
    "workspace.return_expired": "Deleted the file of all data that nobody took",
    "workspace.return_failed": "Could not write the file of all data",
    "workspace.return_password_shown": "Showed the password of the file of all data",
    "workspace.stopped": "Stopped what was under way in the workspace",
}
