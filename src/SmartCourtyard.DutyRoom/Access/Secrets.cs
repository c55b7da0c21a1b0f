using System.Security.Cryptography;
using System.Text;

namespace SmartCourtyard.DutyRoom.Access;

/// <summary>Tokens are long and random, so a plain hash keeps them: nobody can guess one from it.</summary>
internal static class Secrets
{
    private const int SessionBytes = 32;

    public static string NewSession() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SessionBytes));

    public static string Sha256(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
