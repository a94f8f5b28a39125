/** One member of a user that the tenant documents for the bulk import, as data. */
export interface CidaasField {
  /** As rules write it. */
  path: string;
  type: "text" | "boolean" | "date" | "time" | "choice" | "list" | "object";
  /** All that a `choice` may be. */
  values?: readonly string[];
  /** What other systems call it, in lower case and without punctuation; to guess a rule by. */
  alsoCalled?: readonly string[];
}

/** Where the fields lie that a tenant defines itself. */
export const CUSTOM_FIELDS = "customFields";

/** The states of an account. Only a `VERIFIED` one can log in. */
export const USER_STATES = ["VERIFIED", "PENDING", "DELETED", "DECLINED", "LOCKED", "COMBINED"] as const;

/** What a rule may name on the cidaas side, besides custom fields; the usual ones first. */
export const CIDAAS_FIELDS: readonly CidaasField[] = [
  { path: "email", type: "text", alsoCalled: ["mail", "emailaddress", "useremail"] },
  { path: "given_name", type: "text", alsoCalled: ["firstname", "forename", "vorname", "fname", "givenname"] },
  { path: "family_name", type: "text", alsoCalled: ["lastname", "surname", "sn", "nachname", "lname", "familyname"] },
  { path: "userStatus", type: "choice", values: USER_STATES, alsoCalled: ["status", "state", "accountstatus"] },
  { path: "mobile_number", type: "text", alsoCalled: ["mobile", "mobilephone", "cellphone", "handy", "mobil"] },
  { path: "phone_number", type: "text", alsoCalled: ["phone", "telephone", "telefon", "telephonenumber", "tel"] },
  { path: "username", type: "text", alsoCalled: ["login", "userlogin", "loginname", "uid", "benutzername"] },
  { path: "birthdate", type: "date", alsoCalled: ["birthday", "dateofbirth", "dob", "geburtsdatum", "born"] },
  { path: "locale", type: "text", alsoCalled: ["language", "lang", "preferredlanguage", "sprache"] },
  { path: "gender", type: "text", alsoCalled: ["sex", "geschlecht"] },
  { path: "middle_name", type: "text", alsoCalled: ["middlename"] },
  { path: "nickname", type: "text", alsoCalled: ["displayname", "nick"] },
  { path: "address.street_address", type: "text", alsoCalled: ["street", "address1", "strasse", "streetaddress"] },
  { path: "address.postal_code", type: "text", alsoCalled: ["zip", "zipcode", "postcode", "postalcode", "plz"] },
  { path: "address.locality", type: "text", alsoCalled: ["city", "town", "ort", "stadt", "l"] },
  { path: "address.region", type: "text", alsoCalled: ["state", "province", "region", "st"] },
  { path: "address.country", type: "text", alsoCalled: ["country", "countrycode", "land"] },
  { path: "address.formatted", type: "text", alsoCalled: ["fulladdress", "postaladdress"] },
  { path: "password_hash_info", type: "object", alsoCalled: ["password", "passwordhash", "userpass", "userpassword"] },
  { path: "profile", type: "text", alsoCalled: ["profileurl"] },
  { path: "picture", type: "text", alsoCalled: ["photo", "avatar", "avatarurl", "image"] },
  { path: "website", type: "text", alsoCalled: ["url", "homepage", "userurl"] },
  { path: "zoneinfo", type: "text", alsoCalled: ["timezone", "tz"] },
  { path: "provider", type: "text" },
  { path: "providerUserId", type: "text" },
  { path: "identityId", type: "text" },
  { path: "user_status_reason", type: "text", alsoCalled: ["statusreason"] },
  { path: "createdTime", type: "time", alsoCalled: ["createdat", "created", "userregistered", "registeredat"] },
  { path: "lastLoggedInTime", type: "time", alsoCalled: ["lastlogin", "lastloginat", "lastloggedin"] },
  { path: "roles", type: "list", alsoCalled: ["role"] },
  { path: "groups", type: "list", alsoCalled: ["group", "memberof"] },
  { path: "consents", type: "list", alsoCalled: ["consent"] },
  { path: "mfa_enabled", type: "boolean", alsoCalled: ["mfa", "twofactor"] },
];
