namespace Patchy.Session;

/// <summary>How far a session was before a call, so that it can be taken back to there.</summary>
internal readonly record struct PatchMark(int Applied, int Refused, PatchReportRow[] Left, PatchGroups Groups);
