import type { Duration } from '@keelson/kernel';
import { milliseconds } from '@keelson/kernel';
import { z } from 'zod';

/** A value of the auth configuration, as the API has it. */
export const authValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type AuthValue = z.infer<typeof authValue>;

/** Keys whose values the API answers as a hash. */
export const hashedKeys = /(_secret|_secrets|smtp_pass|_auth_token|_api_key|_access_key)$/;

/** A way to sign in with an account elsewhere. */
export interface OAuthProvider {
  readonly clientId: string;
  readonly secret: string;
}

/** How people sign in, in our words. What is left out is turned off. */
export interface AuthPlan {
  /** Where the front end is; links in mails lead there. */
  readonly siteUrl: string;
  /** Other addresses that a sign-in may return to. */
  readonly redirectUrls: readonly string[];
  readonly signUp: 'open' | 'invited';
  readonly email: { readonly password: boolean; readonly magicLinkValidFor: Duration };
  /** One-time passwords of an authenticator app. */
  readonly totp: boolean;
  readonly providers: Readonly<Partial<Record<'google' | 'github' | 'azure' | 'apple', OAuthProvider>>>;
  /** INF-SEC-001: one hour, seven days. */
  readonly accessTokenFor: Duration;
  readonly refreshTokenFor: Duration;
}

const PROVIDERS = ['google', 'github', 'azure', 'apple'] as const;
const seconds = (duration: Duration): number => milliseconds(duration) / 1_000;

/** The plan in the API's words: each of its keys is set, so that what somebody turned on by hand is found and turned off. */
export function authSettings(plan: AuthPlan): Record<string, AuthValue> {
  const providers = PROVIDERS.flatMap((name): [string, AuthValue][] => {
    const provider = plan.providers[name];
    return [
      [`external_${name}_enabled`, provider !== undefined],
      ...(provider
        ? ([
            [`external_${name}_client_id`, provider.clientId],
            [`external_${name}_secret`, provider.secret],
          ] satisfies [string, AuthValue][])
        : []),
    ];
  });
  return {
    site_url: plan.siteUrl,
    uri_allow_list: plan.redirectUrls.join(','),
    disable_signup: plan.signUp === 'invited',
    external_anonymous_users_enabled: false,
    external_phone_enabled: false,
    external_email_enabled: true,
    mailer_autoconfirm: false,
    mailer_otp_exp: seconds(plan.email.magicLinkValidFor),
    password_min_length: plan.email.password ? 12 : 72,
    mfa_totp_enroll_enabled: plan.totp,
    mfa_totp_verify_enabled: plan.totp,
    jwt_exp: seconds(plan.accessTokenFor),
    refresh_token_rotation_enabled: true,
    // Supabase counts the life of a session in hours.
    sessions_timebox: seconds(plan.refreshTokenFor) / 3_600,
    ...Object.fromEntries(providers),
  };
}
