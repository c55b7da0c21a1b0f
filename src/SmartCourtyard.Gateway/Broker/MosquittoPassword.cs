using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SmartCourtyard.Gateway.Broker;

/// <summary>
/// The password file's line of Mosquitto 2: PBKDF2 with HMAC-SHA-512, written <c>user:$7$iterations$salt$hash</c>.
/// </summary>
internal static class MosquittoPassword
{
    // What mosquitto_passwd writes. Few, but the broker hashes in its only thread at every connect, and these passwords are
    // 192 random bits, which no number of iterations makes harder to guess.
    private const int Iterations = 101;
    private const int SaltBytes = 12;
    private const int HashBytes = 64;

    public static string Line(BrokerUser user) => Line(user, RandomNumberGenerator.GetBytes(SaltBytes));

    public static string Line(BrokerUser user, byte[] salt)
    {
        var hash = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(user.Password), salt, Iterations, HashAlgorithmName.SHA512, HashBytes);
        return string.Create(
            CultureInfo.InvariantCulture, $"{user.Name}:$7${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    /// <summary>True where the line is this user's with this password, so that it need not be written anew with another salt.</summary>
    public static bool Matches(string line, BrokerUser user)
    {
        var parts = line.Split('$');
        var salt = new byte[SaltBytes];
        return parts.Length == 5 && Convert.TryFromBase64String(parts[3], salt, out var written) && written == SaltBytes
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(line), Encoding.UTF8.GetBytes(Line(user, salt)));
    }
}
